$ merge base.ron ours.ron theirs.ron --out merged.ron
pipehat: conflict  codes/sex/maps/2
  base: "F"
  ours: "W"
  theirs: "X"
pipehat: 1 conflict: the merged profile has ours there and says so at its top
exit status 1
$ cat merged.ron
// conflict  codes/sex/maps/2
//   base: "F"
//   ours: "W"
//   theirs: "X"
Profile(
    format: 1,
    name: "P",
    messages: [
        Message(
            name: "ADT",
            identity: [
                (at: "MSH-9.1", matches: "^ADT$"),
            ],
        ),
        Message(
            name: "Rest",
        ),
    ],
    codes: {
        "sex": Codes(
            maps: {
                "1": "man",
                "2": "W",
            },
        ),
    },
)
$ merge base.ron ours.ron ours.ron --out merged.ron
exit status 0
$ merge base.ron ours.ron none.ron --out merged.ron
pipehat: none.ron: there is no such file. Check the name, or whether it was moved or deleted.
exit status 2
