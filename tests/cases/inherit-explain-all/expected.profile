$ explain profile.ron --all
Profile(
    format: 1,  // site
    name: "Site",  // site
    standard: "2.3",  // site
    messages: [
        Message(
            name: "ADT",  // template Index
            grammar: "MSH EVN [ZPI]",  // template Index
        ),
    ],
    segments: {
        "EVN": Segment(
            description: "Event Type",  // HL7 2.3
            fields: [
                Field(number: 1, name: "Event Type Code", type: "ID", usage: Required, length: 4, codes: "0003"),  // HL7 2.3, length: site
                Field(number: 2, name: "Recorded Date/Time", type: "TS", usage: RequiredOrEmpty, length: 26),  // HL7 2.3, usage: template Index
                Field(number: 3, name: "Date/Time Planned Event", type: "TS", length: 26),  // HL7 2.3
                Field(number: 4, name: "Event Reason Code", type: "ID", length: 3, codes: "0062"),  // HL7 2.3
                Field(number: 5, name: "Operator ID", type: "CN", length: 60, codes: "0188"),  // HL7 2.3
                Field(number: 6, name: "Event Occured", type: "TS", length: 26),  // HL7 2.3
                Field(number: 7, name: "Event Facility", type: "HD", length: 180),  // HL7 2.4
            ],
        ),
        "MSH": Segment(
            description: "Message Header Segment",  // HL7 2.3
            fields: [
                Field(number: 1, name: "Field Separator", type: "ST", usage: Required, length: 1),  // HL7 2.3
                Field(number: 2, name: "Encoding Characters", type: "ST", usage: Required, length: 4),  // HL7 2.3
                Field(number: 3, name: "Sending Application", type: "HD", length: 180),  // HL7 2.3
                Field(number: 4, name: "Sending Facility", type: "HD", length: 180),  // HL7 2.3
                Field(number: 5, name: "Receiving Application", type: "HD", length: 180),  // HL7 2.3
                Field(number: 6, name: "Receiving Facility", type: "HD", length: 180),  // HL7 2.3
                Field(number: 7, name: "Date / Time of Message", type: "TS", length: 26),  // HL7 2.3
                Field(number: 8, name: "Security", type: "ST", length: 40),  // HL7 2.3
                Field(number: 9, name: "Message Type", type: "CM_MSG", usage: Required, length: 7),  // HL7 2.3
                Field(number: 10, name: "Message Control ID", type: "ST", usage: Required, length: 20),  // HL7 2.3
                Field(number: 11, name: "Processing ID", type: "PT", usage: Required, length: 3),  // HL7 2.3
                Field(number: 12, name: "Version ID", type: "ID", usage: Required, length: 8, codes: "0104"),  // HL7 2.3
                Field(number: 13, name: "Sequence Number", type: "NM", length: 15),  // HL7 2.3
                Field(number: 14, name: "Continuation Pointer", type: "ST", length: 180),  // HL7 2.3
                Field(number: 15, name: "Accept Acknowledgement Type", type: "ID", length: 2, codes: "0155"),  // HL7 2.3
                Field(number: 16, name: "Application Acknowledgement Type", type: "ID", length: 2, codes: "0155"),  // HL7 2.3
                Field(number: 17, name: "Country Code", type: "ID", length: 2),  // HL7 2.3
                Field(number: 18, name: "Character Set", type: "ID", length: 6, codes: "0211"),  // HL7 2.3
                Field(number: 19, name: "Principal Language of Message", type: "CE", length: 3),  // HL7 2.3
                Field(number: 20, name: "Alternate Character Set Handling Scheme", type: "ID", length: 20, codes: "0356"),  // HL7 2.3.1
                Field(number: 21, name: "Conformance Statement ID", type: "ID", repeat: Many, length: 10, codes: "0449"),  // HL7 2.4
                Field(number: 22, name: "Sending Responsible Organization", type: "XON", length: 567),  // HL7 2.6
                Field(number: 23, name: "Receiving Responsible Organization", type: "XON", length: 567),  // HL7 2.6
                Field(number: 24, name: "Sending Network Address", type: "HD", length: 227),  // HL7 2.6
                Field(number: 25, name: "Receiving Network Address", type: "HD", length: 227),  // HL7 2.6
            ],
        ),
        "ZPI": Segment(
            description: "Pet",  // site
            fields: [
                Field(number: 1, name: "Name", type: "ST"),  // site
            ],
        ),
    },
)
exit status 0
$ explain profile.ron --all --format json
{"path":"format","value":"1","origin":"site","template":null}
{"path":"name","value":"\"Site\"","origin":"site","template":null}
{"path":"standard","value":"\"2.3\"","origin":"site","template":null}
{"path":"messages/ADT/name","value":"\"ADT\"","origin":"template","template":"Index"}
{"path":"messages/ADT/grammar","value":"\"MSH EVN [ZPI]\"","origin":"template","template":"Index"}
{"path":"segments/EVN/description","value":"\"Event Type\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/1/name","value":"\"Event Type Code\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/1/type","value":"\"ID\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/1/usage","value":"Required","origin":"standard","template":null}
{"path":"segments/EVN/fields/1/length","value":"4","origin":"site","template":null}
{"path":"segments/EVN/fields/1/codes","value":"\"0003\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/2/name","value":"\"Recorded Date/Time\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/2/type","value":"\"TS\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/2/usage","value":"RequiredOrEmpty","origin":"template","template":"Index"}
{"path":"segments/EVN/fields/2/length","value":"26","origin":"standard","template":null}
{"path":"segments/EVN/fields/3/name","value":"\"Date/Time Planned Event\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/3/type","value":"\"TS\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/3/length","value":"26","origin":"standard","template":null}
{"path":"segments/EVN/fields/4/name","value":"\"Event Reason Code\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/4/type","value":"\"ID\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/4/length","value":"3","origin":"standard","template":null}
{"path":"segments/EVN/fields/4/codes","value":"\"0062\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/5/name","value":"\"Operator ID\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/5/type","value":"\"CN\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/5/length","value":"60","origin":"standard","template":null}
{"path":"segments/EVN/fields/5/codes","value":"\"0188\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/6/name","value":"\"Event Occured\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/6/type","value":"\"TS\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/6/length","value":"26","origin":"standard","template":null}
{"path":"segments/EVN/fields/7/name","value":"\"Event Facility\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/7/type","value":"\"HD\"","origin":"standard","template":null}
{"path":"segments/EVN/fields/7/length","value":"180","origin":"standard","template":null}
{"path":"segments/MSH/description","value":"\"Message Header Segment\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/1/name","value":"\"Field Separator\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/1/type","value":"\"ST\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/1/usage","value":"Required","origin":"standard","template":null}
{"path":"segments/MSH/fields/1/length","value":"1","origin":"standard","template":null}
{"path":"segments/MSH/fields/2/name","value":"\"Encoding Characters\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/2/type","value":"\"ST\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/2/usage","value":"Required","origin":"standard","template":null}
{"path":"segments/MSH/fields/2/length","value":"4","origin":"standard","template":null}
{"path":"segments/MSH/fields/3/name","value":"\"Sending Application\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/3/type","value":"\"HD\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/3/length","value":"180","origin":"standard","template":null}
{"path":"segments/MSH/fields/4/name","value":"\"Sending Facility\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/4/type","value":"\"HD\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/4/length","value":"180","origin":"standard","template":null}
{"path":"segments/MSH/fields/5/name","value":"\"Receiving Application\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/5/type","value":"\"HD\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/5/length","value":"180","origin":"standard","template":null}
{"path":"segments/MSH/fields/6/name","value":"\"Receiving Facility\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/6/type","value":"\"HD\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/6/length","value":"180","origin":"standard","template":null}
{"path":"segments/MSH/fields/7/name","value":"\"Date / Time of Message\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/7/type","value":"\"TS\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/7/length","value":"26","origin":"standard","template":null}
{"path":"segments/MSH/fields/8/name","value":"\"Security\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/8/type","value":"\"ST\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/8/length","value":"40","origin":"standard","template":null}
{"path":"segments/MSH/fields/9/name","value":"\"Message Type\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/9/type","value":"\"CM_MSG\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/9/usage","value":"Required","origin":"standard","template":null}
{"path":"segments/MSH/fields/9/length","value":"7","origin":"standard","template":null}
{"path":"segments/MSH/fields/10/name","value":"\"Message Control ID\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/10/type","value":"\"ST\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/10/usage","value":"Required","origin":"standard","template":null}
{"path":"segments/MSH/fields/10/length","value":"20","origin":"standard","template":null}
{"path":"segments/MSH/fields/11/name","value":"\"Processing ID\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/11/type","value":"\"PT\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/11/usage","value":"Required","origin":"standard","template":null}
{"path":"segments/MSH/fields/11/length","value":"3","origin":"standard","template":null}
{"path":"segments/MSH/fields/12/name","value":"\"Version ID\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/12/type","value":"\"ID\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/12/usage","value":"Required","origin":"standard","template":null}
{"path":"segments/MSH/fields/12/length","value":"8","origin":"standard","template":null}
{"path":"segments/MSH/fields/12/codes","value":"\"0104\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/13/name","value":"\"Sequence Number\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/13/type","value":"\"NM\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/13/length","value":"15","origin":"standard","template":null}
{"path":"segments/MSH/fields/14/name","value":"\"Continuation Pointer\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/14/type","value":"\"ST\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/14/length","value":"180","origin":"standard","template":null}
{"path":"segments/MSH/fields/15/name","value":"\"Accept Acknowledgement Type\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/15/type","value":"\"ID\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/15/length","value":"2","origin":"standard","template":null}
{"path":"segments/MSH/fields/15/codes","value":"\"0155\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/16/name","value":"\"Application Acknowledgement Type\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/16/type","value":"\"ID\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/16/length","value":"2","origin":"standard","template":null}
{"path":"segments/MSH/fields/16/codes","value":"\"0155\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/17/name","value":"\"Country Code\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/17/type","value":"\"ID\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/17/length","value":"2","origin":"standard","template":null}
{"path":"segments/MSH/fields/18/name","value":"\"Character Set\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/18/type","value":"\"ID\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/18/length","value":"6","origin":"standard","template":null}
{"path":"segments/MSH/fields/18/codes","value":"\"0211\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/19/name","value":"\"Principal Language of Message\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/19/type","value":"\"CE\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/19/length","value":"3","origin":"standard","template":null}
{"path":"segments/MSH/fields/20/name","value":"\"Alternate Character Set Handling Scheme\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/20/type","value":"\"ID\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/20/length","value":"20","origin":"standard","template":null}
{"path":"segments/MSH/fields/20/codes","value":"\"0356\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/21/name","value":"\"Conformance Statement ID\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/21/type","value":"\"ID\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/21/repeat","value":"Many","origin":"standard","template":null}
{"path":"segments/MSH/fields/21/length","value":"10","origin":"standard","template":null}
{"path":"segments/MSH/fields/21/codes","value":"\"0449\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/22/name","value":"\"Sending Responsible Organization\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/22/type","value":"\"XON\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/22/length","value":"567","origin":"standard","template":null}
{"path":"segments/MSH/fields/23/name","value":"\"Receiving Responsible Organization\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/23/type","value":"\"XON\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/23/length","value":"567","origin":"standard","template":null}
{"path":"segments/MSH/fields/24/name","value":"\"Sending Network Address\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/24/type","value":"\"HD\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/24/length","value":"227","origin":"standard","template":null}
{"path":"segments/MSH/fields/25/name","value":"\"Receiving Network Address\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/25/type","value":"\"HD\"","origin":"standard","template":null}
{"path":"segments/MSH/fields/25/length","value":"227","origin":"standard","template":null}
{"path":"segments/ZPI/description","value":"\"Pet\"","origin":"site","template":null}
{"path":"segments/ZPI/fields/1/name","value":"\"Name\"","origin":"site","template":null}
{"path":"segments/ZPI/fields/1/type","value":"\"ST\"","origin":"site","template":null}
exit status 0
