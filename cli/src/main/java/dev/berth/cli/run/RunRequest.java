package dev.berth.cli.run;

import dev.berth.supervise.contract.ServiceSpec;

import java.nio.file.Path;
import java.util.Optional;

/// A command line of `run`, read and checked as far as that is possible without inspecting the
/// system.
///
/// @param service as far as the command line describes it: its user and its runtime directory are
///   not known yet, and its working directory is as given
/// @param named whether the user chose the name; otherwise it gets a number if it is taken
/// @param user a name or a number
/// @param log the log file; empty for the standard streams
/// @param onHangup what to do when the terminal goes away
public record RunRequest(
        ServiceSpec service,
        boolean named,
        Optional<String> user,
        Optional<Path> log,
        HangupAction onHangup) {
    /// The same with another name to start from.
    public RunRequest called(String name) {
        return withService(service.withName(name, service.runtime()));
    }

    /// The same for another service.
    RunRequest withService(ServiceSpec next) {
        return new RunRequest(next, named, user, log, onHangup);
    }
}
