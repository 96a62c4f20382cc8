package dev.berth.inspect;

import dev.berth.net.PortHolder;

import java.util.Optional;

/// A process that holds a socket.
///
/// @param process the process; one object for all its sockets
/// @param fd the descriptor's number in it
public record Owner(OwnerProcess process, int fd) {
    /// The main class of the `berth` command.
    static final String SUPERVISOR = "dev.berth.cli.Main";

    /// See [OwnerProcess#pid].
    public int pid() {
        return process.pid();
    }

    /// See [OwnerProcess#command].
    public String command() {
        return process.command();
    }

    /// See [OwnerProcess#user].
    public String user() {
        return process.user();
    }

    /// See [OwnerProcess#unit].
    public Optional<String> unit() {
        return process.unit();
    }

    /// See [OwnerProcess#container].
    public Optional<String> container() {
        return process.container();
    }

    /// The process in a sentence: `pid 12 (nginx)`.
    public String text() {
        return PortHolder.process(pid(), Printable.command(this));
    }

    /// Whether it is a Berth supervisor, which shares its sockets itself.
    public boolean supervisor() {
        return Printable.berth(command());
    }
}
