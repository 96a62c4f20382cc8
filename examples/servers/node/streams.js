// Slow responses, streams, uploads and a WebSocket; no signal handler: dies at once on SIGTERM.   usage: streams.js PORT
//
//   /slow?ms=N                         responds after N ms
//   /stream?parts=N&ms=N&bytes=N       sends N parts, with pauses
//   POST /upload                       responds with the number of bytes received
//   /ws?parts=N&ms=N                   a WebSocket that pushes N frames, with pauses
const http = require('node:http');
const crypto = require('node:crypto');

const number = (url, name, otherwise) => Number(url.searchParams.get(name) ?? otherwise);

function parts(url, write, end) {
  let left = number(url, 'parts', 10);
  const next = () => {
    if (left-- === 0) return end();
    write('x'.repeat(number(url, 'bytes', 10)));
    setTimeout(next, number(url, 'ms', 100));
  };
  next();
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/slow') {
    setTimeout(() => response.end(`pid=${process.pid}\n`), number(url, 'ms', 0));
  } else if (url.pathname === '/stream') {
    parts(url, text => response.write(text), () => response.end());
  } else if (url.pathname === '/upload') {
    let bytes = 0;
    request.on('data', chunk => (bytes += chunk.length));
    request.on('end', () => response.end(`${bytes}\n`));
  } else {
    response.end(`pid=${process.pid}\n`);
  }
});

server.on('upgrade', (request, socket) => {
  const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  const accept = crypto.createHash('sha1').update(key).digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    + `Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
  socket.on('error', () => {});
  parts(new URL(request.url, 'http://localhost'),
    text => socket.write(Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)])),
    () => socket.end(Buffer.from([0x88, 0])));
});

server.requestTimeout = 0;
server.keepAliveTimeout = 75_000; // the default of 5 s races with clients that pause that long
server.listen(Number(process.argv[2]));
