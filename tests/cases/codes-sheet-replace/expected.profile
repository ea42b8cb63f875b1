$ codes profile.ron --table ward --import two.csv --replace
removed   codes/ward/values/ENT: "Ear, nose and throat"
removed   codes/ward/values/EYE: "Eyes"
added     codes/ward/maps/KIN: "CHILD"
pipehat: profile.ron: 3 changes saved
exit status 0
$ cat profile.ron
Profile(
    format: 1,
    name: "Sheets",
    codes: {
        "ward": Codes(
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
bed: 0 values, 2 code of the sites, others kept
ward: 0 values, 2 code of the sites, others an error
exit status 0
