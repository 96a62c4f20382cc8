package dev.berth.cli.remote;

import dev.berth.cli.command.ExitCode;
import dev.berth.supervise.control.ControlClient;
import dev.berth.supervise.control.ControlRequest;
import dev.berth.supervise.control.ControlResult;
import dev.berth.supervise.control.RuntimeDirectory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Asks a supervisor for its status as JSON, for further processing.
public final class StatusQuery {
    private StatusQuery() {}

    /// The line that `berth status NAME --json` prints; empty if it would print none.
    ///
    /// @throws IOException under the same conditions as [ControlClient#call]
    public static Optional<String> json(String name) throws IOException {
        Path control = RuntimeDirectory.forName(name).resolve(RuntimeDirectory.CONTROL);
        List<String> data = new ArrayList<>();
        ControlResult result =
                ControlClient.call(
                        control,
                        ControlRequest.ShowStatus.data(),
                        new ControlClient.Caller() {
                            @Override
                            public void accepted() {}

                            @Override
                            public void line(String line) {}

                            @Override
                            public void data(String json) {
                                data.add(json);
                            }
                        });
        return result.exitCode() == ExitCode.DONE ? data.stream().findFirst() : Optional.empty();
    }
}
