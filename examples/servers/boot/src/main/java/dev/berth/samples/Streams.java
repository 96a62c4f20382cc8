package dev.berth.samples;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import java.nio.charset.StandardCharsets;

/// Slow answers, streams and uploads; the paths are those of `node/streams.js`.
@RestController
public class Streams {
    /// An answer after so many milliseconds.
    @GetMapping("/slow")
    public String slow(@RequestParam int ms) throws InterruptedException {
        Thread.sleep(ms);
        return "pid=" + ProcessHandle.current().pid() + "\n";
    }

    /// So many parts, with pauses.
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

    /// How many bytes came.
    @PostMapping("/upload")
    public String upload(@RequestBody byte[] body) {
        return body.length + "\n";
    }
}
