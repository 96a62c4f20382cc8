package dev.berth.samples;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import java.nio.charset.StandardCharsets;

/// Slow responses, streams and uploads; the paths are those of `node/streams.js`.
@RestController
public class Streams {
    /// Responds after `ms` milliseconds.
    @GetMapping("/slow")
    public String slow(@RequestParam int ms) throws InterruptedException {
        Thread.sleep(ms);
        return "pid=" + ProcessHandle.current().pid() + "\n";
    }

    /// Sends a number of parts, with pauses.
    @GetMapping("/stream")
    public StreamingResponseBody stream(
            @RequestParam int parts,
            @RequestParam int ms,
            @RequestParam(defaultValue = "10") int bytes) {
        byte[] part = "x".repeat(bytes).getBytes(StandardCharsets.US_ASCII);
        return out -> {
            for (int i = 0; i < parts; i++) {
                out.write(part);
                out.flush();
                pause(ms);
            }
        };
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /// Responds with the number of bytes received.
    @PostMapping("/upload")
    public String upload(@RequestBody byte[] body) {
        return body.length + "\n";
    }
}
