"""The MLLP client and server of the Python package `hl7`, each as a program.

peer.py serve          listens on a free port, prints it, and acknowledges what comes
peer.py send PORT N    sends N messages, one after the other, and prints how many were accepted
"""

import asyncio
import sys

import hl7
from hl7.mllp import open_hl7_connection, start_hl7_server

MESSAGE = (
    "MSH|^~\\&|PEER|WARD|HUB|REGION|20260301120000||ADT^A01|P{}|P|2.5\r"
    "EVN|A01|20260301\rPID|1||4711^^^SITE^MR||Amsel^Berta||19700102|F\rPV1|1|I\r"
)


async def answer(reader, writer):
    while not writer.is_closing():
        try:
            message = await reader.readmessage()
        except asyncio.IncompleteReadError:
            break
        writer.writemessage(message.create_ack())
        await writer.drain()
    writer.close()


async def serve():
    async with await start_hl7_server(answer, host="127.0.0.1", port=0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


async def send(port, count):
    reader, writer = await open_hl7_connection("127.0.0.1", port)
    accepted = 0
    for number in range(count):
        writer.writemessage(hl7.parse(MESSAGE.format(number)))
        await writer.drain()
        ack = await reader.readmessage()
        is_its = str(ack.segment("MSA")(2)) == f"P{number}"
        accepted += is_its and str(ack.segment("MSA")(1)) == "AA"
    print(accepted)
    writer.close()


if sys.argv[1] == "serve":
    asyncio.run(serve())
else:
    asyncio.run(send(int(sys.argv[2]), int(sys.argv[3])))
