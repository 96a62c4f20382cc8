"""A WebSocket that pushes messages with pauses, using the websockets library. Dies at once on SIGTERM.

usage: websocket_streams.py PORT      requires python3-websockets; path: /ws?parts=N&ms=N
"""
import asyncio
import sys
from urllib.parse import parse_qs, urlsplit

import websockets


async def push(socket):
    query = parse_qs(urlsplit(socket.path).query)
    for _ in range(int(query['parts'][0])):
        await socket.send('x' * 10)
        await asyncio.sleep(int(query['ms'][0]) / 1000)


async def main():
    async with websockets.serve(push, '127.0.0.1', int(sys.argv[1])):
        await asyncio.Future()


asyncio.run(main())
