package dev.berth.cli.run;

import dev.berth.cli.command.CommandFailure;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.User;
import dev.berth.sys.Users;

import java.util.Optional;

/// Looks up the user that the workers run as.
final class Account {
    private Account() {}

    /// Finds the user, and checks that this process may become it.
    ///
    /// @param wanted a name or a number
    static Optional<User> find(Optional<String> wanted) throws CommandFailure {
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        String text = wanted.get();
        Optional<User> user =
                text.matches("[0-9]{1,9}")
                        ? Users.byUid(Integer.parseInt(text))
                        : Users.byName(text);
        if (user.isEmpty()) {
            throw new CommandFailure("no such user: " + text + "; getent passwd lists them");
        }
        if (!Capabilities.has(Capability.SETUID) || !Capabilities.has(Capability.SETGID)) {
            throw new CommandFailure(
                    "only root can run workers as "
                            + text
                            + "; start berth as root, or without --user as that user");
        }
        return user;
    }
}
