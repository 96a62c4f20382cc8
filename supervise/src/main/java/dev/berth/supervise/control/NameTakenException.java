package dev.berth.supervise.control;

import java.io.IOException;

/// Another supervisor has this name and answers.
public class NameTakenException extends IOException {
    private static final long serialVersionUID = 1;

    private final String name;
    private final int pid;

    /// @param pid of the supervisor that has the name
    public NameTakenException(String name, int pid) {
        super("a supervisor named " + name + " is running already (pid " + pid + ")");
        this.name = name;
        this.pid = pid;
    }

    /// The name that is taken.
    public String name() {
        return name;
    }

    /// The pid of the supervisor that has it.
    public int pid() {
        return pid;
    }
}
