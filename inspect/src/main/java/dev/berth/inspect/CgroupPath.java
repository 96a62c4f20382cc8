package dev.berth.inspect;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the path of a control group reveals about a process: the systemd unit and the container
/// that it runs in.
///
/// **Shape:** `/proc/PID/cgroup`: a line for each hierarchy, `0::PATH` for version 2 and
/// `NUMBER:CONTROLLERS:PATH` for version 1. The first line with usable information counts: version
/// 2 comes before `name=systemd`, and that before the others.
///
/// @param unit the innermost systemd unit: `nginx.service`, `session-3.scope`
/// @param container engine and the first 12 digits of the id: `docker:0123456789ab`, `podman:…`,
///   `containerd:…`, `cri-o:…`, `lxc:NAME`, `machine:NAME`; in Kubernetes with the pod's uid:
///   `kubernetes:POD/0123456789ab`
public record CgroupPath(Optional<String> unit, Optional<String> container) {
    /// Neither unit nor container.
    public static final CgroupPath NONE = new CgroupPath(Optional.empty(), Optional.empty());

    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}|[0-9a-f]{32}-[0-9]{5,}");
    private static final Pattern PREFIXED =
            Pattern.compile(
                    "(docker|libpod|crio|cri-containerd|containerd|nerdctl)-(.+?)(\\.scope)?");
    private static final Pattern POD =
            Pattern.compile("(?:kubepods.*-)?pod([0-9a-f]{8}[-_0-9a-f]{24,28})(?:\\.slice)?");
    private static final Pattern UNIT =
            Pattern.compile("[^/]+\\.(service|scope|socket|mount|swap)");
    private static final int SHORT = 12;

    /// Parses the text of `/proc/PID/cgroup`.
    public static CgroupPath parse(String text) {
        List<String> lines = text.lines().toList();
        CgroupPath found = firstOf(lines, "", "0:");
        found = found.or(firstOf(lines, "name=systemd", ""));
        for (String line : lines) {
            found = found.or(ofLine(line));
        }
        return found;
    }

    private static CgroupPath firstOf(List<String> lines, String controllers, String start) {
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .filter(line -> line.contains(":" + controllers + ":"))
                .findFirst()
                .map(CgroupPath::ofLine)
                .orElse(NONE);
    }

    private static CgroupPath ofLine(String line) {
        int first = line.indexOf(':');
        int second = line.indexOf(':', first + 1);
        return first < 0 || second < 0 ? NONE : of(line.substring(second + 1));
    }

    private CgroupPath or(CgroupPath other) {
        return new CgroupPath(
                unit.isPresent() ? unit : other.unit,
                container.isPresent() ? container : other.container);
    }

    /// Parses the path of one group, from the root of its hierarchy.
    public static CgroupPath of(String path) {
        Optional<String> unit = Optional.empty();
        Optional<String> pod = Optional.empty();
        Optional<String> container = Optional.empty();
        String parent = "";
        for (String part : path.split("/")) {
            if (UNIT.matcher(part).matches()) {
                unit = Optional.of(part.startsWith("_") ? part.substring(1) : part);
            }
            Matcher inPod = POD.matcher(part);
            if (inPod.matches()) {
                pod = Optional.of(inPod.group(1).replace('_', '-'));
            }
            Optional<String> named = container(part, parent, pod.isPresent());
            container = named.isPresent() ? named : container;
            parent = part;
        }
        return new CgroupPath(unit, inPod(pod, container));
    }

    private static Optional<String> inPod(Optional<String> pod, Optional<String> container) {
        if (pod.isEmpty()) {
            return container;
        }
        String id = container.map(text -> text.substring(text.indexOf(':') + 1)).orElse("");
        return Optional.of("kubernetes:" + pod.get() + (id.isEmpty() ? "" : "/" + id));
    }

    private static Optional<String> container(String part, String parent, boolean inPod) {
        Matcher prefixed = PREFIXED.matcher(part);
        if (prefixed.matches() && ID.matcher(prefixed.group(2)).matches()) {
            return Optional.of(engine(prefixed.group(1)) + ":" + shortened(prefixed.group(2)));
        }
        if (ID.matcher(part).matches()) {
            String engine =
                    switch (parent) {
                        case "docker" -> "docker";
                        case "libpod_parent" -> "podman";
                        default -> inPod || parent.startsWith("kubepods") ? "pod" : "containerd";
                    };
            boolean known = !engine.equals("containerd") || !parent.isEmpty();
            return known ? Optional.of(engine + ":" + shortened(part)) : Optional.empty();
        }
        if (parent.equals("lxc") || part.startsWith("lxc.payload.")) {
            return Optional.of("lxc:" + part.replace("lxc.payload.", ""));
        }
        return part.startsWith("machine-") && part.endsWith(".scope")
                ? Optional.of("machine:" + machine(part))
                : Optional.empty();
    }

    private static String machine(String scope) {
        String name = scope.substring("machine-".length(), scope.length() - ".scope".length());
        return name.replace("\\x2d", "-");
    }

    private static String engine(String prefix) {
        return switch (prefix) {
            case "libpod" -> "podman";
            case "crio" -> "cri-o";
            case "cri-containerd" -> "containerd";
            default -> prefix;
        };
    }

    private static String shortened(String id) {
        return id.substring(0, SHORT);
    }
}
