$ codes profile.ron --table ward --import twice.csv
pipehat: twice.csv: line 5, column 1: the site's code "A" stands in line 2 already (keep one of the two lines); nothing was changed
exit status 1
$ codes profile.ron --table ward --import empty.csv
pipehat: empty.csv: line 3, column 2: the site's code has no code of the application (write one, or take the line out); nothing was changed
exit status 1
$ codes profile.ron --table ward --import open.csv
pipehat: open.csv: line 3: a quote is opened and nowhere closed (write the quote at its end, or two quotes for one that is meant); nothing was changed
exit status 1
$ codes profile.ron --table ward --import headings.csv
pipehat: headings.csv: line 1: there are 4 columns, and nothing says what they hold (name them in a first line: site, application, meaning, back); nothing was changed
exit status 1
$ codes profile.ron --table ward --import none.csv
pipehat: none.csv: there is no such file. Check the name, or whether it was moved or deleted.
exit status 2
$ codes profile.ron --table word --export -
pipehat: --table word: profile.ron has no such code table. It has: ward.
exit status 2
$ cat profile.ron
Profile(
    format: 1,
    name: "Sheets",
    codes: {
        "ward": Codes(values: {"EYE": "Eyes", "ENT": "Ear, nose and throat"}, maps: {"AUG": "EYE"}, otherwise: Error),
    },
)
