// Finishes open requests on SIGTERM.   usage: graceful.js PORT   GET /slow?ms=N answers after N ms
if (process.argv.length !== 3) {
  console.error('usage: graceful.js PORT');
  process.exit(2);
}
let stopping = false;
const server = require('node:http').createServer((request, response) => {
  const millis = Number(new URL(request.url, 'http://localhost').searchParams.get('ms') ?? 0);
  const answer = () => {
    if (stopping) response.setHeader('Connection', 'close');
    response.end(`node graceful pid=${process.pid}\n`);
  };
  if (millis > 0) setTimeout(answer, millis);
  else answer();
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]));
process.on('SIGTERM', () => {
  stopping = true;
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
