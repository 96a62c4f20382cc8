"""A WSGI application that reports which process answered: gunicorn -b 127.0.0.1:PORT wsgi:application"""
import os


def application(environ, start_response):
    body = f'gunicorn pid={os.getpid()}\n'.encode()
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
