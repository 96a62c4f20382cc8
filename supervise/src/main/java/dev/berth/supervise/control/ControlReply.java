package dev.berth.supervise.control;

import dev.berth.sys.Sockets;

import java.io.IOException;

/// The server's half of a conversation; may be used from any thread. Once the client fails to take
/// a line it is treated as gone: the rest is dropped, and the command runs on.
final class ControlReply {
    private final int fd;
    private boolean gone;

    ControlReply(int fd) {
        this.fd = fd;
    }

    /// Sends one frame.
    ///
    /// @return whether the client is still there
    synchronized boolean send(ControlFrame.Kind kind, String text) {
        if (gone) {
            return false;
        }
        try {
            new ControlFrame(kind, text).send(fd);
        } catch (IOException hungUp) {
            gone = true;
        }
        return !gone;
    }

    /// Sends a refusal as the complete answer.
    void refuse(String why) {
        send(ControlFrame.Kind.ERR, why);
        send(ControlFrame.Kind.EXIT, "1");
        // Closing with the command unread would reset the connection and lose the answer.
        Sockets.shutdown(fd, Sockets.SHUT_WR);
        Sockets.recv(fd, new byte[1 << 12], Sockets.MSG_DONTWAIT);
    }
}
