package dev.berth.inspect;

import dev.berth.net.Protocol;

/// A socket in half a sentence.
public final class SocketText {
    private SocketText() {}

    /// Who does what where: `pid 12 (nginx) of user www listens on 0.0.0.0:80`.
    public static String line(PortSocket socket) {
        return who(socket) + " " + what(socket);
    }

    private static String who(PortSocket socket) {
        return socket.owners().stream()
                .findFirst()
                .map(
                        owner ->
                                "pid "
                                        + owner.pid()
                                        + " ("
                                        + Printable.command(owner)
                                        + ") of user "
                                        + owner.user())
                .orElseGet(
                        () ->
                                socket.inode() == 0
                                        ? "the kernel"
                                        : "a process that cannot be seen (socket of uid "
                                                + socket.uid()
                                                + ")");
    }

    private static String what(PortSocket socket) {
        String peer = socket.remote().map(remote -> " to " + remote).orElse("");
        if (socket.timeWaitMillis().isPresent()) {
            long seconds = Math.ceilDiv(socket.timeWaitMillis().getAsInt(), 1000);
            return "keeps a closed connection of "
                    + socket.local()
                    + peer
                    + " for "
                    + seconds
                    + " s ("
                    + socket.state()
                    + ")";
        }
        if (socket.silent()) {
            return "holds " + socket.local() + " without listening";
        }
        if (socket.listening()) {
            boolean tcp = socket.protocol() == Protocol.TCP;
            return (tcp ? "listens on " : "has ") + socket.local();
        }
        return "has a connection from " + socket.local() + peer + " (" + socket.state() + ")";
    }
}
