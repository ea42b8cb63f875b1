$ unmapped profile.ron in.hl7
      2  sex  PID-8  W  (patient.sex; first in in.hl7 #1)
      2  ward  -  X7  (script; first in in.hl7 #1)
      2  ward  PV1-3.1  W  (script; first in in.hl7 #1)
      1  race  PID-10.1  R2  (field; first in in.hl7 #1)
      1  ward  -  X8  (script; first in in.hl7 #3)
pipehat: 3 messages: 5 codes not listed
exit status 1
$ unmapped profile.ron none.hl7
pipehat: none.hl7: there is no such file. Check the name, or whether it was moved or deleted.
pipehat: 0 messages: 0 codes not listed
exit status 2
