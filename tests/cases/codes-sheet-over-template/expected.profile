$ codes profile.ron --table sex --import lookup.csv
added     codes/sex/maps/1: "M"
added     codes/sex/maps/2: "F"
pipehat: profile.ron: 2 changes saved
exit status 0
$ cat profile.ron
Profile(
    format: 1,
    name: "Site",
    extends: "lib/index.ron",
    codes: {
        "sex": Codes(
            maps: {
                "1": "M",
                "2": "F",
            },
        ),
    },
)
$ codes profile.ron --table sex --export -
site,application,meaning
1,M,male
2,F,female
exit status 0
