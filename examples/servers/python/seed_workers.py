"""Forks its own workers; each binds the same port with SO_REUSEPORT. Dies at once on SIGTERM.

usage: seed_workers.py PORT [WORKERS]
"""
import os
import socket
import sys
from multiprocessing import Process


def worker(port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(('0.0.0.0', port))
    sock.listen(5)
    body = f'python worker pid={os.getpid()}\n'
    answer = f'HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}'.encode()
    while True:
        client, addr = sock.accept()
        try:
            client.recv(1024)
            client.sendall(answer)
        except OSError:
            pass  # a client that goes away must not end the worker
        client.close()


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit('usage: seed_workers.py PORT [WORKERS]')
    port = int(sys.argv[1])
    workers = [Process(target=worker, args=(port,)) for _ in range(int((sys.argv + ['2'])[2]))]
    for p in workers:
        p.start()
    for p in workers:
        p.join()
