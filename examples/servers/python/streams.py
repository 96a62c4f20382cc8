"""Slow responses, streams and uploads with http.server, one thread per connection. Dies at once on SIGTERM.

usage: streams.py PORT      paths: see node/streams.js
"""
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def number(self, name, otherwise):
        return int(parse_qs(urlsplit(self.path).query).get(name, [otherwise])[0])

    def answer(self, text):
        self.send_response(200)
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def stream(self):
        self.send_response(200)
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        part = b'x' * self.number('bytes', 10)
        for _ in range(self.number('parts', 10)):
            self.wfile.write(b'%x\r\n%s\r\n' % (len(part), part))
            time.sleep(self.number('ms', 100) / 1000)
        self.wfile.write(b'0\r\n\r\n')

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == '/stream':
            self.stream()
            return
        if path == '/slow':
            time.sleep(self.number('ms', 0) / 1000)
        self.answer(f'pid={os.getpid()}\n')

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.answer(f'{len(body)}\n')

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


Server(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
