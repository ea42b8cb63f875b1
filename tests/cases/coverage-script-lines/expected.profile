$ coverage profile.ron in.hl7
3 messages: 2 mapped, 1 skipped or rejected

values used nowhere: none

values used in part: none

columns never filled: none

codes not listed: none

message definitions never reached: 1
  Results: no message has its identity

parts of scripts that no message came to: 8
  Admissions:3:37: then branch, of 3 messages: if code == "" { return "none"; }
  Admissions:7:21: function, of 3 messages: code
  Admissions:13:28: case, of 3 messages: "M" => { out["PID-8"] = "male"; }
  Admissions:14:26: case, of 3 messages: _ => warn("PID-8", "no sex that we know"),
  Admissions:18:21: loop body, of 3 messages: print(seg["2.1"]);
  Admissions:21:17: statement, of 3 messages: print("never");
  Results:1:1: statement, of 0 messages: out.copy(msg);
  scripts.prepare:3:17: then branch, of 3 messages: text.replace("OLDNAME", "NEWNAME");
exit status 0
$ coverage profile.ron in.hl7 --format json
{"what":"messages","messages":3,"mapped":2,"refused":1,"unmatched":0,"failed":0}
{"what":"definition","name":"Results","messages":0,"taken":0,"unreachable_by":null}
{"what":"line","script":"Admissions","part":"function","line":3,"column":21,"messages":2,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":3,"column":21,"messages":2,"runs":3}
{"what":"line","script":"Admissions","part":"then branch","line":3,"column":37,"messages":0,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":3,"column":37,"messages":0,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":4,"column":21,"messages":2,"runs":3}
{"what":"line","script":"Admissions","part":"function","line":7,"column":21,"messages":0,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":7,"column":21,"messages":0,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":9,"column":17,"messages":3,"runs":3}
{"what":"line","script":"Admissions","part":"then branch","line":9,"column":42,"messages":1,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":9,"column":42,"messages":1,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":10,"column":17,"messages":2,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":11,"column":17,"messages":2,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":12,"column":28,"messages":2,"runs":3}
{"what":"line","script":"Admissions","part":"case","line":12,"column":41,"messages":2,"runs":3}
{"what":"line","script":"Admissions","part":"case","line":13,"column":28,"messages":0,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":13,"column":30,"messages":0,"runs":3}
{"what":"line","script":"Admissions","part":"case","line":14,"column":26,"messages":0,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":14,"column":26,"messages":0,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":16,"column":17,"messages":2,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":17,"column":17,"messages":2,"runs":3}
{"what":"line","script":"Admissions","part":"loop body","line":18,"column":21,"messages":0,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":18,"column":21,"messages":0,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":20,"column":17,"messages":2,"runs":3}
{"what":"line","script":"Admissions","part":"statement","line":21,"column":17,"messages":0,"runs":3}
{"what":"line","script":"Results","part":"statement","line":1,"column":1,"messages":0,"runs":0}
{"what":"line","script":"scripts.prepare","part":"statement","line":2,"column":13,"messages":3,"runs":3}
{"what":"line","script":"scripts.prepare","part":"then branch","line":3,"column":17,"messages":0,"runs":3}
{"what":"line","script":"scripts.prepare","part":"statement","line":3,"column":17,"messages":0,"runs":3}
exit status 0
