"""Clients of grpc_streams.py, run until standard input ends: unary calls of 0.1 to 20 s and server streams with pauses
of 0.2 to 4 s, several per channel, one channel per client. Prints  KIND WHOLE CUT CLOSED  for each kind, and why calls
failed.

usage: grpc_clients.py PORT CLIENTS

CLOSED: the channel had been used before, and the call failed within 100 ms without any part of a response: the server
closed it as the client reused it. No call starts on a channel that is older than 25 s.
"""
import random
import sys
import threading
import time

import grpc

port, clients = sys.argv[1], int(sys.argv[2])
over = False
lock = threading.Lock()
counts = {'UNARY': [0, 0, 0], 'PARTS': [0, 0, 0]}
errors = []
OPTIONS = [('grpc.use_local_subchannel_pool', 1), ('grpc.enable_retries', 0)]


def slow(channel):
    millis = int(100 * 200 ** random.random())
    yield channel.unary_unary('/berth.Streams/Slow')(b'%d' % millis, timeout=60)


def parts(channel):
    pause = random.randrange(200, 4000)
    count = max(2, 10_000 // pause)
    got = 0
    for part in channel.unary_stream('/berth.Streams/Parts')(b'%d %d' % (count, pause), timeout=60):
        got += 1
        yield part
    if got != count:
        raise ValueError(f'{got} parts of {count}')


def call(kind, work, channel, used):
    begun, answered = time.monotonic(), False
    try:
        for _ in work(channel):
            answered = True
        how = 0
    except (grpc.RpcError, ValueError) as failed:
        raced = used and not answered and time.monotonic() - begun < 0.1
        how = 2 if raced else 1
        if not raced and len(errors) < 20:
            why = failed.details() if isinstance(failed, grpc.RpcError) else failed
            errors.append(f'{kind} after {time.monotonic() - begun:.1f} s: {why}')
    with lock:
        counts[kind][how] += 1
    return how == 0


def client(kind, work):
    while not over:
        end = time.monotonic() + 25
        with grpc.insecure_channel(f'127.0.0.1:{port}', OPTIONS) as channel:
            used = False
            for _ in range(random.randrange(1, 4)):
                if over or time.monotonic() > end or not call(kind, work, channel, used):
                    break
                used = True
                time.sleep(random.choice([0, 0, random.random() * 2]))


threads = [threading.Thread(target=client, args=each) for each in [('UNARY', slow), ('PARTS', parts)] * clients]
for thread in threads:
    thread.start()
sys.stdin.read()
over = True
for thread in threads:
    thread.join()
for kind, (whole, cut, closed) in counts.items():
    print(kind, whole, cut, closed)
for error in errors:
    print(error)
