package dev.berth.examples;

import java.util.List;
import java.util.Set;

/// An unmodified server that shows in each response to `GET /` which process sent it.
///
/// @param name short and unique: lower-case letters, digits and hyphens
/// @param command the command, with placeholders that [SamplePaths] fills in
/// @param needs what must be present to run it
/// @param onTerm what it does on SIGTERM
/// @param reuse whether it serves several requests on a connection
/// @param processes how its processes are arranged
/// @param note what it exemplifies
public record SampleServer(
        String name,
        List<String> command,
        Set<Need> needs,
        OnTerm onTerm,
        Reuse reuse,
        ProcessModel processes,
        String note) {

    /// What a server needs in addition to the JDK that runs this code.
    public enum Need {
        PYTHON("python3", "python3"),
        NODE("node", "nodejs"),
        PERL("perl", "perl"),
        NGINX("nginx", "nginx-light"),
        GUNICORN("gunicorn", "gunicorn"),
        PUMA("puma", "puma"),
        UVICORN("uvicorn", "uvicorn"),
        HYPERCORN("hypercorn", "python3-hypercorn"),
        STARMAN("starman", "starman"),
        PHP("php", "php-cli"),
        APACHE("apache2", "apache2-bin"),
        LIGHTTPD("lighttpd", "lighttpd"),
        CADDY("caddy", "caddy"),
        HAPROXY("haproxy", "haproxy"),
        VARNISH("varnishd", "varnish"),
        GO("go", "golang-go"),
        EXPRESS("/usr/share/nodejs/express/package.json", "node-express"),
        /// The Maven project `examples/servers/jvm`, packaged.
        JVM_SERVERS("", ""),
        /// The Maven project `examples/servers/boot`, packaged.
        BOOT("", ""),
        /// A second port for each slot: `--private` of `berth run`.
        PRIVATE_PORT("", "");

        private final String program;
        private final String debian;

        Need(String program, String debian) {
            this.program = program;
            this.debian = debian;
        }

        /// The program to look for on the `PATH`, or a file by its full path; empty if the need is
        /// neither.
        public String program() {
            return program;
        }

        /// The Debian package that provides it; empty if [#program] is empty.
        public String debian() {
            return debian;
        }
    }

    /// What a server does when its main process gets SIGTERM.
    public enum OnTerm {
        /// Exits at once, and resets or closes open connections.
        DIES,
        /// Finishes open requests, then exits.
        FINISHES
    }

    /// What happens to a connection after a response.
    public enum Reuse {
        /// The server closes it.
        CLOSES,
        /// It accepts further requests.
        KEEPS
    }

    /// Which processes answer.
    public enum ProcessModel {
        /// The started process itself.
        ONE,
        /// Children of the started process.
        CHILDREN
    }

    public SampleServer {
        if (!name.matches("[a-z][a-z0-9-]*")) {
            throw new IllegalArgumentException("not a server name: " + name);
        }
        command = List.copyOf(command);
        needs = Set.copyOf(needs);
        if (command.stream().noneMatch(word -> word.contains("{port}"))) {
            throw new IllegalArgumentException(name + ": no {port} in " + command);
        }
    }

    /// Whether it needs `need`.
    public boolean needs(Need need) {
        return needs.contains(need);
    }
}
