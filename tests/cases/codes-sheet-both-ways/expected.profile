$ codes profile.ron --table sex --export sex.csv
exit status 0
$ cat sex.csv
site,application,meaning,back
1,M,male,
2,F,female,
9,U,,
m,M,male,yes
F,F,female,only
,U,,
$ codes profile.ron --table sex --import sex.csv --replace
pipehat: profile.ron: the code table "sex" is like the sheet already
exit status 0
$ codes profile.ron --table sex --export excel.csv --excel
exit status 0
$ cat excel.csv
﻿site;application;meaning;back
1;M;male;
2;F;female;
9;U;;
m;M;male;yes
F;F;female;only
;U;;
$ codes profile.ron --table sex --import excel.csv --replace
pipehat: profile.ron: the code table "sex" is like the sheet already
exit status 0
