$ codes profile.ron --table ward --import two.csv --replace
added     codes/ward/maps/KIN: "CHILD"
pipehat: profile.ron: 1 change saved
exit status 0
$ cat profile.ron
Profile(
    format: 1,
    name: "Sheets",
    codes: {
        "ward": Codes(
            values: {
                "ENT": "Ear, nose and throat",
                "EYE": "Eyes",
            },
            maps: {
                "AUG": "EYE",
                "KIN": "CHILD",
            },
            otherwise: Error,
        ),
    },
)
$ codes profile.ron --table bed --import two.csv
added     codes/bed/maps/AUG: "EYE"
added     codes/bed/maps/KIN: "CHILD"
pipehat: profile.ron: 2 changes saved
exit status 0
$ codes profile.ron
bed: 0 values, 2 site codes, others kept
ward: 2 values, 2 site codes, others an error
exit status 0
