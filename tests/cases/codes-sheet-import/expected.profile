$ codes profile.ron
ward: 2 values, 1 site code, others an error
exit status 0
$ codes profile.ron --table ward --import excel.csv
changed   codes/ward/values/EYE: "Eyes" -> "Eyes and sight"
added     codes/ward/values/THEATRE: "Theatre,\r\nfirst floor"
added     codes/ward/maps/HNO: "ENT"
added     codes/ward/maps/OP;A: "THEATRE"
pipehat: excel.csv: column 1, "Station", is not read
pipehat: profile.ron: its comments are not kept; profile.ron.bak has them
pipehat: profile.ron: 4 changes saved
exit status 0
$ codes profile.ron --table ward --import excel.csv
pipehat: excel.csv: column 1, "Station", is not read
pipehat: profile.ron: the code table "ward" is like the sheet already
exit status 0
$ codes profile.ron --table ward --export -
site,application,meaning
AUG,EYE,Eyes and sight
HNO,ENT,"Ear, nose and throat"
"OP;A",THEATRE,"Theatre,
first floor"
exit status 0
$ cat profile.ron
Profile(
    format: 1,
    name: "Sheets",
    codes: {
        "ward": Codes(
            values: {
                "ENT": "Ear, nose and throat",
                "EYE": "Eyes and sight",
                "THEATRE": "Theatre,\r\nfirst floor",
            },
            maps: {
                "AUG": "EYE",
                "HNO": "ENT",
                "OP;A": "THEATRE",
            },
            otherwise: Error,
        ),
    },
)
$ cat profile.ron.bak
// The region's codes.
Profile(
    format: 1,
    name: "Sheets",
    codes: {
        "ward": Codes(values: {"EYE": "Eyes", "ENT": "Ear, nose and throat"}, maps: {"AUG": "EYE"}, otherwise: Error),
    },
)
