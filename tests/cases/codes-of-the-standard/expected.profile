$ unmapped profile.ron in.hl7
      2  0001  PID-8  Q  (patient.sex; first in in.hl7 #2)
pipehat: 2 messages: 1 code not listed
exit status 1
