"""Slow responses, streams and uploads as a WSGI application: gunicorn --threads 64 streams_wsgi:application

paths: see node/streams.js
"""
import os
import time
from urllib.parse import parse_qs


def application(environ, start_response):
    query = {name: int(values[0]) for name, values in parse_qs(environ['QUERY_STRING']).items()}
    path = environ['PATH_INFO']
    if path == '/stream':
        start_response('200 OK', [('Content-Type', 'text/plain')])
        return parts(query)
    if path == '/upload':
        body = environ['wsgi.input'].read(int(environ['CONTENT_LENGTH']))
        text = f'{len(body)}\n'
    else:
        time.sleep(query.get('ms', 0) / 1000)
        text = f'pid={os.getpid()}\n'
    start_response('200 OK', [('Content-Length', str(len(text)))])
    return [text.encode()]


def parts(query):
    for _ in range(query.get('parts', 10)):
        yield b'x' * query.get('bytes', 10)
        time.sleep(query.get('ms', 100) / 1000)
