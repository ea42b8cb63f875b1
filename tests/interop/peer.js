// The TCP client and server of the npm package `simple-hl7`, each as a program.
//
// peer.js serve          listens on a free port, prints it, and acknowledges what comes
// peer.js send PORT N    sends N messages, one after the other, and prints how many were accepted

const net = require('net');
const hl7 = require('simple-hl7');

function serve() {
  // The package has no way to ask which port it took.
  const probe = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => {
      const app = hl7.tcp();
      app.use((_, response) => response.end());
      app.start(port);
      console.log(port);
    });
  });
}

function send(port, count) {
  const client = hl7.Server.createTcpClient({ host: '127.0.0.1', port, keepalive: true });
  let accepted = 0;
  const next = (number) => {
    if (number === count) {
      console.log(accepted);
      client.close();
      return;
    }
    const message = new hl7.Message('PEER', 'WARD', 'HUB', 'REGION', '20260301120000', '', ['ADT', 'A01'],
      `N${number}`, 'P', '2.5');
    message.addSegment('PID', '1', '', '4711', '', ['Amsel', 'Berta']);
    client.send(message, (error, ack) => {
      if (error) throw error;
      const msa = ack.getSegment('MSA');
      const isIts = msa.getField(2) === `N${number}`;
      if (isIts && msa.getField(1) === 'AA') accepted += 1;
      // The client is ready for the next one only after it has returned from here.
      setImmediate(() => next(number + 1));
    });
  };
  next(0);
}

if (process.argv[2] === 'serve') serve();
else send(Number(process.argv[3]), Number(process.argv[4]));
