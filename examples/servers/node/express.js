// Express as Debian packages it (node-express).   usage: express.js PORT
if (process.argv.length !== 3) {
  console.error('usage: express.js PORT');
  process.exit(2);
}
require('express')()
  .get('/', (request, response) => response.type('text').send(`express pid=${process.pid}\n`))
  .listen(Number(process.argv[2]), '127.0.0.1');
