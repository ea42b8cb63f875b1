$ coverage profile.ron in.hl7
1 message: 1 mapped

values used nowhere: 6
  OBR-1: 1 message (100 %)
  OBR-3.2: 1 message (100 %)
  OBR-4.2: 1 message (100 %)
  OBR-4.3: 1 message (100 %)
  PID-1: 1 message (100 %)
  PID-3: 1 message (100 %)

values used in part: 5
  OBX-1: in 1 of 1 messages a value there is not used
  OBX-2: in 1 of 1 messages a value there is not used
  OBX-3.2: in 1 of 1 messages a value there is not used
  OBX-3.3: in 1 of 1 messages a value there is not used
  OBX-6: in 1 of 1 messages a value there is not used

columns never filled: none

codes not listed: none

message definitions never reached: none

parts of scripts that no message came to: none
exit status 0
