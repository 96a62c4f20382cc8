package dev.berth.cli.run;

import java.util.List;

/// The supervisor's own log.
public interface Journal {
    /// A line of its own that is no news to those who wait for a command. Never waits.
    void note(String text);

    /// What is wrong with the log itself, a sentence each.
    List<String> troubles();
}
