"""A gRPC server: slow calls, and streams with pauses. Dies at once on SIGTERM.

usage: grpc_streams.py PORT      requires python3-grpcio

Messages are plain text, so that no code needs to be generated:
/berth.Streams/Slow    MILLIS -> pid, after MILLIS;    /berth.Streams/Parts    COUNT MILLIS -> COUNT parts, with pauses
"""
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import grpc


def slow(request, context):
    time.sleep(int(request) / 1000)
    return b'%d' % os.getpid()


def parts(request, context):
    count, millis = map(int, request.split())
    for part in range(count):
        yield b'%d' % part
        time.sleep(millis / 1000)


server = grpc.server(ThreadPoolExecutor(max_workers=64))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler('berth.Streams', {
    'Slow': grpc.unary_unary_rpc_method_handler(slow),
    'Parts': grpc.unary_stream_rpc_method_handler(parts),
}),))
if not server.add_insecure_port(f'127.0.0.1:{sys.argv[1]}'):
    sys.exit(f'cannot listen on {sys.argv[1]}')
server.start()
server.wait_for_termination()
