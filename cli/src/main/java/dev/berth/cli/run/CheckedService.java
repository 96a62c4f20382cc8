package dev.berth.cli.run;

import dev.berth.cli.command.CommandFailure;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.sys.User;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A service whose user, directory and program exist.
///
/// @param spec with the user and the directory that were found
record CheckedService(RequestedService request, ServiceSpec spec, BindPrivileges privileges) {
    /// Finds what the service needs.
    ///
    /// @param account the user that its workers run as
    /// @param environment the environment of this process
    /// @throws CommandFailure something is missing; the message says what to do
    static CheckedService of(
            RequestedService request, Optional<String> account, Map<String, String> environment)
            throws IOException {
        Optional<User> user = Account.find(account);
        ServiceSpec wanted = request.spec();
        Path directory = WorkingDirectory.find(wanted.process().directory(), environment);
        ServiceSpec spec = wanted.withProcess(same -> same.withUser(user).withDirectory(directory));
        Map<String, String> variables = new HashMap<>(environment);
        variables.putAll(spec.process().environment());
        Optional<Path> program = program(request, directory, variables);
        BindPrivileges privileges =
                BindPrivileges.of(
                        spec.sockets(), user.isPresent(), program.map(directory::resolve));
        if (privileges.hidden().isPresent()) {
            throw new CommandFailure(privileges.hidden().get());
        }
        return new CheckedService(request, spec, privileges);
    }

    private static Optional<Path> program(
            RequestedService request, Path directory, Map<String, String> variables)
            throws CommandFailure {
        try {
            String word = request.spec().command().words().getFirst();
            return ProgramCheck.find(word, directory, variables);
        } catch (CommandFailure none) {
            throw new CommandFailure(request.place() + none.getMessage(), none);
        }
    }
}
