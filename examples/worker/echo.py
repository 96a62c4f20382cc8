"""A worker of Berth's dispatcher in Python: echoes what its clients send.

    berth run --share dispatch -p 7000 -n 2 -- python3 examples/worker/echo.py
"""
import os
import socket
import threading


def serve(client):
    with client:
        while data := client.recv(65536):
            client.sendall(data)


if "BERTH_DISPATCH_FD" not in os.environ:
    raise SystemExit("usage: berth run --share dispatch -p PORT -- python3 echo.py")
dispatcher = socket.socket(fileno=int(os.environ["BERTH_DISPATCH_FD"]))
dispatcher.set_inheritable(False)
dispatcher.setblocking(True)
dispatcher.send(b"ready 1")
while True:
    try:
        packet, descriptors, _, _ = socket.recv_fds(
            dispatcher, 128, 1, socket.MSG_CMSG_CLOEXEC)
    except ConnectionResetError:  # The dispatcher was killed; what it had sent still arrives.
        continue
    word = packet.split(b" ")[0]
    if word == b"conn":
        client = socket.socket(fileno=descriptors[0])
        client.setblocking(True)
        threading.Thread(target=serve, args=(client,)).start()
    elif word in (b"drain", b""):  # An empty packet: the dispatcher has exited.
        break
