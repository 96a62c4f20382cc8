package dev.berth.cli.run;

import java.util.List;

/// The supervisor's own log.
public interface SupervisorLog {
    /// Adds a line to the log alone, not to the output of clients that wait for a command. Never
    /// blocks.
    void note(String text);

    /// The problems of the log itself, one sentence each.
    List<String> problems();
}
