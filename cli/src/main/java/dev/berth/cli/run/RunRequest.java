package dev.berth.cli.run;

import dev.berth.dispatch.Routes;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A command line of `run`, with its file, read and checked as far as that is possible without
/// inspecting the system.
///
/// @param services at least one
/// @param routes which clients reach which service of a file; empty without a file
/// @param user that the workers run as: a name or a number
/// @param log the log file; empty for the standard streams
/// @param onHangup what to do when the terminal goes away
public record RunRequest(
        List<RequestedService> services,
        Optional<Routes> routes,
        Optional<String> user,
        Optional<Path> log,
        HangupAction onHangup) {
    public RunRequest {
        services = List.copyOf(services);
    }
}
