package dev.berth.inspect;

import java.util.Objects;
import java.util.Optional;

/// A process that holds a socket.
///
/// @param pid the process
/// @param command its command line, as it gave it: any characters, terminal escapes included
/// @param fd the descriptor's number in it
/// @param user whose process it is: the account's name, or the number if it has none
/// @param unit the systemd unit that it runs in, if any
/// @param container the container that it runs in, if any: `docker:0123456789ab`
public record Owner(
        int pid,
        String command,
        int fd,
        String user,
        Optional<String> unit,
        Optional<String> container) {
    /// The main class of the `berth` command.
    static final String SUPERVISOR = "dev.berth.cli.Main";

    public Owner {
        Objects.requireNonNull(command, "command");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(unit, "unit");
        Objects.requireNonNull(container, "container");
    }

    /// Whether it is a supervisor of Berth, which shares its sockets by itself.
    public boolean supervisor() {
        return Printable.berth(command);
    }
}
