$ coverage profile.ron in.hl7
5 messages: 3 mapped, 1 skipped or rejected, 1 fit no definition

values used nowhere: 6
  PID-1: 3 messages (100 %)
  PID-3.4: 3 messages (100 %)
  PID-5.1: 3 messages (100 %)
  PID-5.2: 3 messages (100 %)
  PID-7: 3 messages (100 %)
  ZPI-3: 1 message (33 %)

values used in part: 1
  PID-3.1: in 1 of 3 messages a value there is not used

columns never filled: 2
  kin.name: 0 rows
  patient.middle: 3 rows

codes not listed: 2
      2  sex  PID-8  9  (patient.sex; first in in.hl7 #2)
      1  sex  PID-8  a text of 22 characters  (patient.sex; first in in.hl7 #3)

message definitions never reached: 3
  Cancel: can never be reached, "Admit" stands before it and takes all that it would
  Old: 1 message would fall under it, but fell under one before it
  Result: no message has its identity

parts of scripts that no message came to: none
exit status 0
$ coverage profile.ron in.hl7 --format json
{"what":"messages","messages":5,"mapped":3,"refused":1,"unmatched":1,"failed":0}
{"what":"place","location":"PID-1","messages":3,"unused":3,"nowhere":true}
{"what":"place","location":"PID-3.4","messages":3,"unused":3,"nowhere":true}
{"what":"place","location":"PID-5.1","messages":3,"unused":3,"nowhere":true}
{"what":"place","location":"PID-5.2","messages":3,"unused":3,"nowhere":true}
{"what":"place","location":"PID-7","messages":3,"unused":3,"nowhere":true}
{"what":"place","location":"ZPI-3","messages":1,"unused":1,"nowhere":true}
{"what":"place","location":"PID-3.1","messages":3,"unused":1,"nowhere":false}
{"what":"column","table":"kin","column":"name","rows":0}
{"what":"column","table":"patient","column":"middle","rows":3}
{"what":"code","count":2,"table":"sex","location":"PID-8","code":"9","asked_by":"patient.sex","file":"in.hl7","message":2}
{"what":"code","count":1,"table":"sex","location":"PID-8","code":"a text of 22 characters","asked_by":"patient.sex","file":"in.hl7","message":3}
{"what":"definition","name":"Cancel","messages":0,"taken":1,"unreachable_by":"Admit"}
{"what":"definition","name":"Old","messages":0,"taken":1,"unreachable_by":null}
{"what":"definition","name":"Result","messages":0,"taken":0,"unreachable_by":null}
{"what":"line","script":"Admit","part":"statement","line":2,"column":1,"messages":4,"runs":4}
{"what":"line","script":"Admit","part":"statement","line":3,"column":1,"messages":4,"runs":4}
{"what":"line","script":"Admit","part":"then branch","line":3,"column":29,"messages":1,"runs":4}
{"what":"line","script":"Admit","part":"statement","line":3,"column":29,"messages":1,"runs":4}
exit status 0
$ unmapped profile.ron in.hl7
      2  sex  PID-8  9  (patient.sex; first in in.hl7 #2)
      1  sex  PID-8  a text of 22 characters  (patient.sex; first in in.hl7 #3)
pipehat: 5 messages: 2 codes not listed, 1 message not mapped
exit status 1
$ unmapped profile.ron in.hl7 --format json
{"count":2,"table":"sex","location":"PID-8","code":"9","asked_by":"patient.sex","file":"in.hl7","message":2}
{"count":1,"table":"sex","location":"PID-8","code":"a text of 22 characters","asked_by":"patient.sex","file":"in.hl7","message":3}
pipehat: 5 messages: 2 codes not listed, 1 message not mapped
exit status 1
