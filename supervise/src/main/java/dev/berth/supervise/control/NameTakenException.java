package dev.berth.supervise.control;

import java.io.IOException;

/// Another supervisor has this name and answers.
public class NameTakenException extends IOException {
    private static final long serialVersionUID = 1;

    /// @param pid of the supervisor that has the name
    public NameTakenException(String name, int pid) {
        super("a supervisor named " + name + " is running already (pid " + pid + ")");
    }
}
