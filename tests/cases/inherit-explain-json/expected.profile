$ explain profile.ron --format json
{"path":"format","value":"1","origin":"site","template":null}
{"path":"name","value":"\"Site\"","origin":"site","template":null}
{"path":"messages/ADT/name","value":"\"ADT\"","origin":"template","template":"Index"}
{"path":"messages/ADT/identity","value":"[\n                (at: \"MSH-9.1\", matches: \"^ADT$\"),\n            ]","origin":"template","template":"Index"}
{"path":"messages/ADT/rows/patient/table","value":"\"patient\"","origin":"template","template":"Index"}
{"path":"messages/ADT/rows/patient/root","value":"\"PID\"","origin":"template","template":"Index"}
{"path":"messages/ADT/rows/patient/columns/mrn","value":"From(\"PID-3.1\")","origin":"template","template":"Index"}
{"path":"messages/ADT/rows/patient/columns/sex","value":"From(\"PID-8\", codes: \"sex\")","origin":"template","template":"Index"}
{"path":"messages/Rest/name","value":"\"Rest\"","origin":"template","template":"Index"}
{"path":"codes/sex/maps/1","value":"\"man\"","origin":"site","template":null}
{"path":"codes/sex/maps/2","value":"\"F\"","origin":"template","template":"Index"}
{"path":"codes/sex/maps/3","value":"\"X\"","origin":"template","template":"Middle"}
{"path":"codes/sex/otherwise","value":"Error","origin":"template","template":"Middle"}
{"path":"tables/patient/columns/mrn","value":"Column(name: \"mrn\", type: Text, key: true)","origin":"template","template":"Index"}
{"path":"tables/patient/columns/sex","value":"Column(name: \"sex\", type: Text)","origin":"template","template":"Index"}
exit status 0
