"""HL7 over HTTP by Python's own library: `serve` takes messages and prints its port first, `send PORT N` sends."""

import http.client
import http.server
import sys

TYPE = "x-application/hl7-v2+er7; charset=utf-8"


def field(segment, number):
    return segment.split("|")[number]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        control_id = field(body.split("\r")[0], 9)
        ack = f"MSH|^~\\&|HUB||SITE||20260301120000||ACK|A{control_id}|P|2.5\rMSA|AA|{control_id}\r".encode()
        self.send_response(200)
        self.send_header("Content-Type", TYPE)
        self.send_header("Content-Length", str(len(ack)))
        self.end_headers()
        self.wfile.write(ack)

    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


def send(port, messages):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    accepted = 0
    for number in range(1, messages + 1):
        message = f"MSH|^~\\&|SITE|WARD|HUB|REGION|20260301120000||ADT^A01|P{number}|P|2.5\rPID|1||4711\r"
        connection.request("POST", "/", message.encode(), {"Content-Type": TYPE})
        answer = connection.getresponse()
        body = answer.read().decode("utf-8")
        accepted += answer.status == 200 and f"MSA|AA|P{number}" in body
    print(accepted)


if sys.argv[1] == "serve":
    serve()
else:
    send(int(sys.argv[2]), int(sys.argv[3]))
