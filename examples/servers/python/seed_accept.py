"""A blocking accept() loop: one socket listens, each accept() returns a new one. Dies at once on SIGTERM.

usage: seed_accept.py PORT
"""
import os
import socket
import sys

if len(sys.argv) != 2:
    sys.exit("usage: seed_accept.py PORT")
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(('0.0.0.0', int(sys.argv[1])))
server_socket.listen(5)
body = f'python pid={os.getpid()}\n'
answer = f'HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}'.encode()
while True:
    client_socket, addr = server_socket.accept()
    try:
        data = client_socket.recv(1024)
        client_socket.sendall(answer)
    except OSError:
        pass  # a client that goes away must not end the server
    client_socket.close()
