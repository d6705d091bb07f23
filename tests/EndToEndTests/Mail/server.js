// Prints its port, then every letter as a line of JSON. Refuses bounced@ for good and later@ for now.
const { SMTPServer } = require('smtp-server');

const server = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  onRcptTo({ address }, session, callback) {
    const code = address.startsWith('bounced@') ? 550 : address.startsWith('later@') ? 451 : 0;
    callback(code ? Object.assign(new Error('not here'), { responseCode: code }) : null);
  },
  onData(stream, session, callback) {
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk) => { text += chunk; });
    stream.on('end', () => {
      console.log(JSON.stringify({ to: session.envelope.rcptTo.map((to) => to.address), text }));
      callback();
    });
  },
});
server.listen(0, '127.0.0.1', () => console.log(server.server.address().port));
