package dev.berth.supervise.control;

import dev.berth.sys.Sockets;

import java.io.IOException;

/// The server's half of a conversation; may be used from any thread. Once the client fails to take
/// a line it is treated as gone: the rest is dropped, and the command runs on.
final class ControlReply implements ControlServer.Answer {
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

    @Override
    public void line(String line) {
        send(ControlFrame.Kind.LINE, line);
    }

    @Override
    public void data(String json) {
        send(ControlFrame.Kind.DATA, json);
    }

    /// Sends a refusal as the complete answer.
    void refuse(CommandRefusedException why) {
        send(ControlFrame.Kind.REFUSED, "berth: " + why.getMessage());
        send(ControlFrame.Kind.EXIT, Integer.toString(why.exitCode()));
        // Closing with the command unread would reset the connection and lose the answer.
        Sockets.shutdown(fd, Sockets.SHUT_WR);
        Sockets.recv(fd, new byte[1 << 12], Sockets.MSG_DONTWAIT);
    }
}
