"""http.server with HTTP/1.1 keep-alive that answers with its pid. Dies at once on SIGTERM.

usage: threading_http.py PORT
"""
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def do_GET(self):
        body = f'python http.server pid={os.getpid()}\n'.encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


if len(sys.argv) != 2:
    sys.exit('usage: threading_http.py PORT')
ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
