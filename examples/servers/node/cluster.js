// Node's own way to share a port: the primary accepts and hands the connections to its workers in
// round-robin order. Arguments: port, number of workers.
const cluster = require('node:cluster');
const net = require('node:net');

if (process.argv.length !== 4) {
  console.error('usage: cluster.js PORT WORKERS');
  process.exit(2);
}
const [port, workers] = process.argv.slice(2).map(Number);

if (cluster.isPrimary) {
  cluster.schedulingPolicy = cluster.SCHED_RR;
  for (let i = 0; i < workers; i++) cluster.fork();
  process.on('SIGTERM', () => process.exit(0));
} else {
  const body = `node cluster pid=${process.pid}\n`;
  const answer =
    `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  net
    .createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(answer));
    })
    .listen({ port, host: '127.0.0.1', backlog: 4096 });
}
