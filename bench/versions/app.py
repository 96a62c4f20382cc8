"""Versions of one application, selected by the variable VERSION: gunicorn app:wsgi, uvicorn app:asgi

good    answers
boot    does not load: fails after 1.6 s, as a missing module does
silent  loads, but the listening server never accepts
dies    ends the server at the first request
"""
import asyncio
import os
import signal
import sys
import time

VERSION = os.environ.get('VERSION', 'good')
BODY = f'version pid={os.getpid()}\n'.encode()

if VERSION == 'boot':
    time.sleep(1.6)
    import there_is_no_such_module  # noqa: F401


def die():
    """Ends this process, and the master that would start another one."""
    parent = os.getppid()
    # If the master has already ended, the parent is the supervisor.
    if open(f'/proc/{parent}/comm').read().strip() == 'gunicorn':
        os.kill(parent, signal.SIGKILL)
    os._exit(4)


def wsgi(environ, start_response):
    if VERSION == 'dies':
        die()
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(BODY)))])
    return [BODY]


async def asgi(scope, receive, send):
    if scope['type'] == 'lifespan':
        await lifespan(receive, send)
        return
    if VERSION == 'dies':
        die()
    headers = [(b'content-type', b'text/plain'), (b'content-length', str(len(BODY)).encode())]
    await send({'type': 'http.response.start', 'status': 200, 'headers': headers})
    await send({'type': 'http.response.body', 'body': BODY})


async def lifespan(receive, send):
    while True:
        message = await receive()
        if VERSION == 'silent':
            # The server listens in a moment; then the event loop blocks.
            asyncio.get_running_loop().call_later(0.2, time.sleep, 3600)
        await send({'type': message['type'] + '.complete'})
        if message['type'] == 'lifespan.shutdown':
            return


if VERSION == 'silent' and 'gunicorn' in sys.modules:
    # The master listens, but its workers never get as far as accepting.
    time.sleep(3600)
