package dev.berth.cli.remote;

import dev.berth.cli.command.ExitCode;
import dev.berth.supervise.control.ControlClient;
import dev.berth.supervise.control.RuntimeDirectory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Asks a supervisor for its status as JSON, for further processing.
public final class StatusQuery {
    private StatusQuery() {}

    /// The line that `berth status NAME --json` prints; empty if it would print none.
    ///
    /// @throws IOException under the same conditions as [ControlClient#call]
    public static Optional<String> json(String name) throws IOException {
        Path control = RuntimeDirectory.forName(name).resolve(RuntimeDirectory.CONTROL);
        List<String> lines = new ArrayList<>();
        var controlRequest =
                new ControlRequest(List.of("status"), true, false, OptionalInt.empty(), List.of());
        int code =
                ControlClient.call(
                        control,
                        controlRequest.words(),
                        new ControlClient.Caller() {
                            @Override
                            public void accepted() {}

                            @Override
                            public void out(String line) {
                                lines.add(line);
                            }

                            @Override
                            public void err(String line) {}
                        });
        return code == ExitCode.DONE ? lines.stream().findFirst() : Optional.empty();
    }
}
