package dev.berth.supervise.contract;

import dev.berth.sys.Signal;
import dev.berth.sys.User;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// What every worker process is started with, whatever its command is.
///
/// @param directory the working directory, resolved by path again at every start
/// @param environment variables to add to the supervisor's own, or to replace
/// @param user the user that the workers run as; empty: the supervisor's
/// @param stopSignal makes a worker exit
public record ProcessSpec(
        Path directory, Map<String, String> environment, Optional<User> user, Signal stopSignal) {
    public ProcessSpec {
        environment = Map.copyOf(environment);
    }

    /// In the supervisor's own directory and environment, as its own user.
    public static ProcessSpec defaults() {
        return new ProcessSpec(Path.of(""), Map.of(), Optional.empty(), Signal.TERM);
    }

    /// The same in another directory.
    public ProcessSpec withDirectory(Path next) {
        return new ProcessSpec(next, environment, user, stopSignal);
    }

    /// The same as another user.
    public ProcessSpec withUser(Optional<User> next) {
        return new ProcessSpec(directory, environment, next, stopSignal);
    }
}
